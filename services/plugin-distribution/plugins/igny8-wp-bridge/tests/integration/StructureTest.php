<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Structure;

final class StructureTest extends SiteTestCase {
	use PlatformServer;

	protected function setUp(): void {
		parent::setUp();
		$this->reset_server();
		Platform::pair( self::$url );
	}

	/** Let a request to the site end, and wait for what it sends then. */
	private function wait_for_pushes( int $count ): array {
		for ( $i = 0; $i < 100 && count( $this->pushes() ) < $count; $i++ ) {
			usleep( 50000 );
		}
		usleep( 100000 );
		wp_cache_flush();
		return $this->pushes();
	}

	private function pushes(): array {
		return array_values( array_filter( $this->requests(), function ( $request ) { return false !== strpos( $request['uri'], 'update-structure' ); } ) );
	}

	/** Set when a push is due and when the last one was. */
	private function stand( int $due_in, int $sent_ago = 0 ): void {
		update_option( Structure\STATE_OPTION, [ 'due_at' => time() + $due_in, 'sent_at' => $sent_ago ? time() - $sent_ago : 0 ], false );
		Outbound\set_due();
	}

	public function test_the_structure_that_is_told_and_that_is_asked_for(): void {
		$name   = 'R&D ' . wp_rand();
		$parent = wp_insert_term( $name, 'category' )['term_id'];
		$child  = wp_insert_term( 'Below', 'category', [ 'parent' => $parent, 'slug' => 'below-' . wp_rand() ] )['term_id'];
		$answer = Platform::ask( 'GET', '/structure' )['body'];
		$this->assertSame( [ 'post', 'page' ], array_slice( array_keys( $answer['post_types'] ), 0, 2 ) );
		$this->assertArrayNotHasKey( 'attachment', $answer['post_types'] );
		$this->assertSame( [ 'label', 'count', 'hierarchical', 'supports', 'taxonomies' ], array_keys( $answer['post_types']['post'] ) );
		$this->assertSame( [ 'category', 'post_tag' ], $answer['post_types']['post']['taxonomies'] );
		$this->assertContains( 'editor', $answer['post_types']['post']['supports'] );
		$terms = array_column( $answer['taxonomies']['category']['terms'], null, 'id' );
		$this->assertSame( [ $name, $parent, [ 'post' ], true ], [ $terms[ $parent ]['name'], $terms[ $child ]['parent'], $answer['taxonomies']['category']['post_types'], $answer['taxonomies']['category']['hierarchical'] ] );
		$this->assertSame( [ 'seo_plugin', 'builder', 'block_editor', 'acf', 'languages', 'language_plugin', 'multisite', 'timezone', 'permalinks', 'max_upload_bytes', 'memory_limit', 'cron' ], array_keys( $answer['capabilities'] ) );
		$this->assertSame( [ 'none', '', true, true ], [ $answer['capabilities']['seo_plugin'], $answer['capabilities']['builder'], $answer['capabilities']['block_editor'], $answer['capabilities']['cron']['disabled'] ] );
		$this->assertContains( 'admin', array_column( $answer['authors'], 'login' ) );

		$this->answer_with( [ 'sync' => [ 'enabled' => true, 'post_types' => [ 'post', 'page', '<b>', 7 ] ] ] );
		$this->stand( 0 );
		$this->assertTrue( Structure\push_if_due( 5 ) );
		$request = $this->pushes()[0];
		$told    = json_decode( $request['body'], true );
		$this->assertSame( [ '/api/v1/integration/integrations/1/update-structure/', Platform::API_KEY, $answer['taxonomies'], true, true ], [ $request['uri'], $request['headers']['x-igny8-api-key'], $told['taxonomies'], $told['plugin_connection_enabled'], $told['two_way_sync_enabled'] ] );
		$text = Identity\text_from_site( $request['headers']['webhook-id'], $request['headers']['webhook-timestamp'], $request['body'] );
		$this->assertTrue( sodium_crypto_sign_verify_detached( Identity\signatures( $request['headers']['webhook-signature'] )[0], $text, base64_decode( Identity\own_public_key() ) ) );
		$this->assertSame( [ 'post', 'page', 'b' ], array_values( Structure\synced_types() ) );
		$this->assertEqualsWithDelta( time() + DAY_IN_SECONDS, Structure\due_at(), 5 );
		$this->assertFalse( Structure\push_if_due( 5 ) );
		Connection\disconnect();
		$this->assertSame( [ [], 0 ], [ Structure\synced_types(), Structure\due_at() ] );
	}

	public function test_it_follows_pairing_at_once(): void {
		$data = [ 'message' => 'Hello', 'site_id' => 7, 'integration_id' => 31, 'platform_public_key' => Platform::public_key(), 'webhook_url' => self::$url ];
		$this->answer_with( [ 'body' => [ 'success' => true, 'data' => $data ] ] );
		Connection\test();
		$this->answer_with( [] );
		$this->assertSame( 200, Platform::ask( 'GET', '/status' )['status'], 'Any request will do, WP-Cron is off.' );
		$this->assertSame( [ '/api/v1/integration/integrations/31/update-structure/' ], array_column( $this->wait_for_pushes( 1 ), 'uri' ) );
		$this->assertSame( 0, Structure\state()['failures'] );
	}

	public function test_changes_are_told_soon_and_once_a_minute_at_most(): void {
		$code = 'add_action( "init", function () { if ( isset( $_GET["igny8_terms"] ) ) { for ( $i = 0; $i < 50; $i++ ) { wp_insert_term( "t" . wp_rand(), "post_tag" ); } exit( "done" ); } }, 99 );';
		$make = function () use ( $code ) {
			$this->with_mu_plugin( $code, function () { $this->assertSame( 'done', wp_remote_retrieve_body( wp_remote_get( home_url( '/?igny8_terms=1' ) ) ) ); } );
			wp_cache_flush();
		};
		$make();
		$this->assertSame( 0, Structure\due_at(), 'Not before it was told at all.' );
		$this->stand( DAY_IN_SECONDS, 3600 );
		$make();
		$this->assertEqualsWithDelta( time() + 5, Structure\due_at(), 2 );
		$this->assertSame( (int) get_option( Outbound\DUE_OPTION ), Structure\due_at() );
		$this->stand( DAY_IN_SECONDS, 10 );
		$make();
		$this->assertEqualsWithDelta( time() + 50, Structure\due_at(), 2 );
		$this->assertSame( [], $this->pushes() );
		foreach ( [ 'activated_plugin', 'switch_theme' ] as $hook ) {
			$this->assertNotFalse( has_action( $hook, 'IGNY8\\Bridge\\Structure\\note_change' ) );
		}
	}

	public function test_what_changes_during_a_push_is_told_by_the_next(): void {
		$this->stand( 0 );
		$meanwhile = function ( $answer, $request, $url ) {
			update_option( Structure\STATE_OPTION, [ 'due_at' => 4000000000 ] + Structure\state(), false );
			return $answer;
		};
		add_filter( 'pre_http_request', $meanwhile, 10, 3 );
		$this->assertTrue( Structure\push_if_due( 5 ) );
		remove_filter( 'pre_http_request', $meanwhile, 10 );
		$this->assertSame( 4000000000, Structure\due_at() );
	}

	public function test_failures_back_off_and_show(): void {
		$waits = [];
		foreach ( [ [ 'status' => 503, 'headers' => [ 'Retry-After: 77' ] ], [ 'status' => 500 ], [ 'body' => '<html>' ], [ 'status' => 302, 'headers' => [ 'Location: ' . self::$url . '/stolen' ] ] ] as $mode ) {
			$this->answer_with( $mode );
			update_option( Structure\STATE_OPTION, [ 'due_at' => time() ] + Structure\state(), false );
			$this->assertFalse( Structure\push_if_due( 5 ) );
			$waits[] = Structure\due_at() - time();
		}
		$this->assertEqualsWithDelta( [ 77, 20, 40, 80 ], $waits, 2 );
		$this->assertCount( 4, $this->requests() );
		$this->assertSame( 'recommended', IGNY8\Bridge\Site_Health\test_structure()['status'] );
		$check = array_column( Platform::ask( 'GET', '/doctor' )['body']['checks'], null, 'name' )['structure'];
		$this->assertSame( [ false, true ], [ $check['ok'], false !== strpos( $check['evidence'], 'failures=4 HTTP 302' ) ] );
		Structure\note_change();
		$this->assertEqualsWithDelta( time() + 80, Structure\due_at(), 3, 'A change does not shorten the wait.' );
	}

	public function test_ten_thousand_terms(): void {
		global $wpdb;
		register_taxonomy( 'testmany', 'post', [ 'public' => true ] );
		$last = (int) $wpdb->get_var( "SELECT MAX(term_id) FROM $wpdb->terms" );
		foreach ( array_chunk( range( 1, 10000 ), 1000 ) as $some ) {
			$wpdb->query( "INSERT INTO $wpdb->terms (term_id, name, slug) VALUES " . implode( ',', array_map( function ( $n ) use ( $last ) { return sprintf( "(%d, 'Term %d', 'testmany-%d')", $last + $n, $n, $n ); }, $some ) ) );
			$wpdb->query( "INSERT INTO $wpdb->term_taxonomy (term_id, taxonomy, description, parent, count) VALUES " . implode( ',', array_map( function ( $n ) use ( $last ) { return sprintf( "(%d, 'testmany', '', 0, %d)", $last + $n, $n ); }, $some ) ) );
		}
		$begin  = microtime( true );
		$memory = memory_get_usage();
		$all    = Structure\describe_taxonomies()['testmany'];
		$this->assertSame( [ 10000, 2000, true, 'Term 10000' ], [ $all['count'], count( $all['terms'] ), $all['truncated'], $all['terms'][0]['name'] ] );
		$this->assertCount( 2000, Structure\within_bytes( $all['terms'], 1000000 ) );
		$cut = Structure\within_bytes( $all['terms'], 20000 );
		$this->assertEqualsWithDelta( 20000, strlen( wp_json_encode( $cut, Structure\JSON ) ), 2000 );
		if ( getenv( 'IGNY8_MEASURE' ) ) {
			fwrite( STDERR, sprintf( "10000 terms described in %.3f s, %.1f MB\n", microtime( true ) - $begin, ( memory_get_usage() - $memory ) / 1e6 ) );
		}
		$wpdb->query( "DELETE FROM $wpdb->term_taxonomy WHERE taxonomy = 'testmany'" );
		$wpdb->query( "DELETE FROM $wpdb->terms WHERE slug LIKE 'testmany-%'" );
		unregister_taxonomy( 'testmany' );
	}

	public function test_whoever_may_write_is_told_and_whoever_shops_is_not(): void {
		foreach ( [ [ 'subscriber', [], false ], [ 'author', [], true ], [ 'subscriber', [ 'editor' ], true ], [ 'unheard of', null, false ] ] as list( $role, $before, $told ) ) {
			$this->stand( DAY_IN_SECONDS, 3600 );
			Structure\note_role_change( 1, $role, $before );
			$this->assertSame( $told, Structure\due_at() < time() + 60, $role );
			Structure\has_noted( false );
		}
	}

	public function test_events_of_foreign_posts_begin_when_the_platform_says_so(): void {
		$insert = 'add_action( "init", function () { if ( isset( $_GET["igny8_insert"] ) ) { echo wp_insert_post( [ "post_title" => "By hand", "post_status" => "publish", "post_content" => "x" ] ); exit; } }, 99 );';
		$this->with_mu_plugin( $insert, function () {
			wp_remote_get( home_url( '/?igny8_insert=1' ) );
			$this->answer_with( [ 'sync' => [ 'enabled' => true, 'post_types' => [ 'post' ] ] ] );
			$this->stand( 0 );
			Platform::ask( 'GET', '/status' );
			$this->wait_for_pushes( 1 );
			$id = (int) wp_remote_retrieve_body( wp_remote_get( home_url( '/?igny8_insert=1' ) ) );
			$this->assertSame( [ [ 'post.status_changed', $id, 0, 'new', 'publish' ] ], array_map( function ( $e ) { return [ $e['type'], $e['data']['post_id'], $e['data']['content_id'], $e['data']['previous_status'], $e['data']['post_status'] ]; }, $this->wait_for_events( 1 ) ) );
		} );
	}
}
