<?php
// phpcs:disable
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Structure;
use IGNY8\Bridge\Watching;

/** What is told of changes. A "request" here is what happens until report() is called, as at the end of a real one. */
final class WatchingTest extends SiteTestCase {
	protected function setUp(): void {
		parent::setUp();
		Watching\take_touched();
		wp_set_current_user( 1 );
	}

	protected function tearDown(): void {
		Watching\take_touched();
		wp_set_current_user( 0 );
	}

	private function sync( array $types = [ 'post' ], bool $enabled = true ): void {
		Structure\remember_sync( [ 'enabled' => $enabled, 'post_types' => $types ] );
	}

	/** End the request: what waits now, without what waited before. */
	private function told(): array {
		Watching\report();
		$events = [];
		foreach ( Outbound\oldest( 20000 ) as $event ) {
			$events[] = [ 'type' => $event->type, 'seq' => (int) $event->seq ] + json_decode( $event->data, true );
		}
		return $events;
	}

	private function quiet(): void {
		global $wpdb;
		Watching\take_touched();
		$wpdb->query( 'DELETE FROM ' . IGNY8\Bridge\Storage\table( 'outbox' ) . " WHERE id <> 'beginning'" );
	}

	private function our_post( array $change = [] ): array {
		$made = Platform::publish( $payload = $this->payload( $change ) )['body'];
		$this->quiet();
		return [ $made['post_id'], $payload ];
	}

	public function test_each_thing_that_can_change(): void {
		list( $id, $payload ) = $this->our_post( [ 'slug' => 'first-' . wp_rand() ] );
		$image    = $this->upload( $this->image() )['body']['attachment_id'];
		$category = wp_insert_term( 'C' . wp_rand(), 'category' )['term_id'];
		$steps    = [
			'text'   => function () use ( $id ) { wp_update_post( [ 'ID' => $id, 'post_content' => 'changed' ] ); },
			'slug'   => function () use ( $id ) { wp_update_post( [ 'ID' => $id, 'post_name' => 'other-' . wp_rand() ] ); },
			'author' => function () use ( $id ) { wp_update_post( [ 'ID' => $id, 'post_author' => wp_insert_user( [ 'user_login' => 'w' . wp_rand(), 'user_pass' => 'x', 'role' => 'author' ] ) ] ); },
			'date'   => function () use ( $id ) { wp_update_post( [ 'ID' => $id, 'post_date' => '2026-01-05 10:00:00', 'post_date_gmt' => '2026-01-05 10:00:00', 'edit_date' => true ] ); },
			'terms'  => function () use ( $id, $category ) { wp_set_post_categories( $id, [ $category ] ); },
			'image'  => function () use ( $id, $image ) { set_post_thumbnail( $id, $image ); },
		];
		foreach ( $steps as $aspect => $step ) {
			$step();
			$told = $this->told();
			$this->assertSame( [ [ 'post.updated', $id, $payload['content_id'], 'publish', [ $aspect ], '', Publishing\revision( $id ) ] ], array_map( function ( $e ) { return [ $e['type'], $e['post_id'], $e['content_id'], $e['post_status'], $e['changed'], $e['operation_id'], $e['revision'] ]; }, $told ) );
			$this->assertEqualsCanonicalizing( [ 'slug', 'author', 'categories', 'tags', 'terms', 'date_gmt', 'modified_gmt', 'featured_image' ], array_keys( $told[0]['metadata'] ) );
			$this->quiet();
		}
		$this->assertSame( [ $category, $image ], [ $told[0]['metadata']['categories'][0]['id'], $told[0]['metadata']['featured_image']['attachment_id'] ] );
		wp_update_post( [ 'ID' => $id, 'post_title' => 'x' ] + (array) get_post( $id ) );
		update_post_meta( $id, '_edit_lock', 'x' );
		update_post_meta( $id, '_yoast_wpseo_title', 'no such plugin here' );
		wp_set_post_categories( $id, [ $category ] );
		$this->assertSame( [ [ 'text' ] ], array_column( $this->told(), 'changed' ) );
		$this->quiet();
		wp_update_post( wp_slash( (array) get_post( $id ) ) );
		$this->assertSame( [], $this->told(), 'Saving what is there is no change.' );
	}

	public function test_what_comes_back_to_where_it_was_is_no_change(): void {
		list( $id ) = $this->our_post();
		$text     = get_post( $id )->post_content;
		$category = wp_insert_term( 'C' . wp_rand(), 'category' )['term_id'];
		wp_update_post( [ 'ID' => $id, 'post_content' => 'other' ] );
		wp_set_post_terms( $id, [ $category ], 'category', true );
		wp_update_post( [ 'ID' => $id, 'post_content' => $text ] );
		wp_remove_object_terms( $id, $category, 'category' );
		$this->assertSame( [], $this->told() );
	}

	public function test_the_block_editors_two_requests_and_everything_in_them_once(): void {
		$this->sync();
		add_filter( 'igny8_bridge_seo_plugins', $yoast = function () { return [ 'yoast' ]; } );
		$late = function ( $id ) { if ( 'post' === get_post_type( $id ) && ! wp_is_post_revision( $id ) ) { update_post_meta( $id, '_yoast_wpseo_title', 'SEO ' . wp_rand() ); } };
		try {
			$id = wp_insert_post( [ 'post_title' => 'Foreign', 'post_status' => 'publish', 'post_content' => 'a' ] );
			$this->told();
			$this->quiet();
			add_action( 'shutdown', $seo = function () {}, 1 );
			add_action( 'save_post', $late, 99 );
			$tag     = wp_insert_term( 'T' . wp_rand(), 'post_tag' )['term_id'];
			$request = new WP_REST_Request( 'PUT', "/wp/v2/posts/$id" );
			$request->set_body_params( [ 'title' => 'Edited', 'content' => 'b', 'tags' => [ $tag ], 'slug' => 'edited-' . wp_rand() ] );
			$this->assertSame( 200, rest_do_request( $request )->get_status() );
			$told = $this->told();
			$this->assertSame( [ [ 'text', 'terms', 'slug', 'seo' ] ], array_column( $told, 'changed' ) );
			$this->assertSame( [ 0, $id, $tag, 'Edited' ], [ $told[0]['content_id'], $told[0]['post_id'], $told[0]['metadata']['tags'][0]['id'], $told[0]['post_title'] ] );
			remove_action( 'save_post', $late, 99 );
			edit_post( [ 'post_ID' => $id, 'post_type' => 'post', 'post_title' => 'Edited', 'content' => 'b', 'post_status' => 'publish', 'post_author' => 1, 'user_ID' => 1 ] );
			$this->assertCount( 1, $told = $this->told(), 'The meta boxes come in a request of their own, and change nothing.' );
		} finally {
			remove_filter( 'igny8_bridge_seo_plugins', $yoast );
			remove_action( 'save_post', $late, 99 );
		}
	}

	public function test_foreign_posts_from_their_first_day_to_their_last(): void {
		$this->sync();
		$id = wp_insert_post( [ 'post_title' => 'x', 'post_status' => 'auto-draft' ] );
		$this->assertSame( [], $this->told() );
		wp_update_post( [ 'ID' => $id, 'post_status' => 'draft', 'post_title' => 'New', 'post_content' => 'c' ] );
		$this->assertSame( [ [ 'post.status_changed', 'auto-draft', 'draft', 0 ] ], array_map( function ( $e ) { return [ $e['type'], $e['previous_status'], $e['post_status'], $e['content_id'] ]; }, $this->told() ) );
		$this->quiet();
		wp_update_post( [ 'ID' => $id, 'post_content' => 'd' ] );
		wp_update_post( [ 'ID' => $id, 'post_status' => 'publish' ] );
		$this->assertSame( [ 'post.status_changed' ], array_column( $this->told(), 'type' ), 'Another status is an event of its own.' );
		$this->quiet();
		wp_trash_post( $id );
		$this->told();
		wp_update_post( [ 'ID' => $id, 'post_content' => 'in the trash' ] );
		wp_delete_post( $id, true );
		$this->assertSame( [ [ 'post.status_changed', 'trash' ], [ 'post.deleted', 'deleted' ] ], array_map( function ( $e ) { return [ $e['type'], $e['post_status'] ]; }, $this->told() ) );
	}

	public function test_what_makes_no_event(): void {
		$this->sync( [ 'post', 'page', 'attachment', 'nav_menu_item' ] );
		$id = wp_insert_post( [ 'post_title' => 'x', 'post_status' => 'publish', 'post_content' => 'c' ] );
		$this->told();
		$this->quiet();
		_wp_put_post_revision( $id );
		wp_create_post_autosave( [ 'post_ID' => $id, 'post_type' => 'post', 'post_title' => 'auto', 'content' => 'auto', 'post_content' => 'auto', 'post_excerpt' => '' ] );
		$menu = wp_create_nav_menu( 'M' . wp_rand() );
		wp_update_nav_menu_item( $menu, 0, [ 'menu-item-title' => 'i', 'menu-item-url' => 'https://x.example/', 'menu-item-status' => 'publish' ] );
		$this->upload( $this->image() );
		$auto = wp_insert_post( [ 'post_title' => 'x', 'post_status' => 'auto-draft' ] );
		wp_update_post( [ 'ID' => $auto, 'post_content' => 'y' ] );
		wp_delete_post( $auto, true );
		wp_insert_post( [ 'post_type' => 'wp_block', 'post_title' => 'b', 'post_status' => 'publish' ] );
		$this->assertSame( [], $this->told() );
		$this->sync( [ 'page' ] );
		wp_update_post( [ 'ID' => $id, 'post_content' => 'other' ] );
		$this->sync( [ 'post' ], false );
		wp_update_post( [ 'ID' => $id, 'post_content' => 'another' ] );
		$this->assertSame( [], $this->told() );
		do_action( 'update_post_meta', null, null, '_thumbnail_id' );
		do_action( 'delete_term_relationships', '7', null );
		$this->assertSame( [], $this->told(), 'What others hand to hooks may be anything.' );
	}

	public function test_our_own_commands_name_their_operation(): void {
		list( $id, $payload ) = $this->our_post();
		$update = [ 'operation_id' => wp_generate_uuid4(), 'content_html' => '<p>new</p>', 'tags' => [ 'T' . wp_rand() ] ] + $payload;
		$this->assertSame( 200, Platform::update( $id, $update )['status'] );
		for ( $i = 0; $i < 100 && ! $this->told(); $i++ ) {
			usleep( 20000 );
		}
		$told = $this->told();
		$this->assertSame( [ [ 'post.updated', $update['operation_id'], [ 'text', 'terms' ] ] ], array_map( function ( $e ) { return [ $e['type'], $e['operation_id'], $e['changed'] ]; }, $told ) );
		wp_update_post( [ 'ID' => $id, 'post_title' => 'A person' ] );
		$this->assertSame( [ [ '', 'A person' ] ], array_map( function ( $e ) { return [ $e['operation_id'], $e['post_title'] ]; }, $this->told() ) );
	}

	public function test_a_copy_of_our_post_is_not_ours(): void {
		list( $id ) = $this->our_post();
		$copy = wp_insert_post( [ 'post_title' => 'Copy', 'post_status' => 'publish', 'post_content' => 'c', 'meta_input' => [ '_igny8_content_id' => get_post_meta( $id, '_igny8_content_id', true ) ] ] );
		wp_update_post( [ 'ID' => $copy, 'post_content' => 'd' ] );
		$this->assertSame( [], $this->told() );
	}

	public function test_an_image_that_leaves_the_library_and_a_category_that_goes(): void {
		$image    = $this->upload( $this->image() )['body']['attachment_id'];
		$category = wp_insert_term( 'C' . wp_rand(), 'category' )['term_id'];
		$posts    = [];
		for ( $i = 0; $i < 3; $i++ ) {
			list( $posts[] ) = $this->our_post();
			set_post_thumbnail( $posts[ $i ], $image );
			wp_set_post_categories( $posts[ $i ], [ $category ], true );
		}
		$this->told();
		$this->quiet();
		wp_delete_attachment( $image, true );
		wp_delete_term( $category, 'category' );
		$told = $this->told();
		$this->assertEqualsCanonicalizing( $posts, array_column( $told, 'post_id' ) );
		$this->assertSame( [ [ 'terms', 'image' ] ], array_unique( array_column( $told, 'changed' ), SORT_REGULAR ) );
	}

	public function test_a_bulk_edit_of_five_hundred_posts(): void {
		global $wpdb;
		$this->sync();
		$wpdb->query( "DELETE FROM $wpdb->posts WHERE post_title = 'Bulk'" );
		$values = [];
		for ( $i = 0; $i < 600; $i++ ) {
			$values[] = "(1, NOW(), NOW(), 'Bulk text $i', 'Bulk', '', 'publish', '', '', 'bulk-$i', NOW(), NOW(), '', 'post', '')";
		}
		$wpdb->query( "INSERT INTO $wpdb->posts (post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, to_ping, pinged, post_name, post_modified, post_modified_gmt, post_content_filtered, post_type, guid) VALUES " . implode( ',', $values ) );
		$ids  = array_map( 'intval', $wpdb->get_col( "SELECT ID FROM $wpdb->posts WHERE post_title = 'Bulk'" ) );
		$cost = function ( callable $work ) use ( $wpdb ) {
			$queries = $wpdb->num_queries;
			$begin   = microtime( true );
			$work();
			return [ $wpdb->num_queries - $queries, microtime( true ) - $begin ];
		};
		$edit = function ( array $ids, string $text ) use ( $cost ) {
			$tag = wp_insert_term( 'Bulk' . wp_rand(), 'post_tag' )['term_id'];
			wp_cache_flush();
			return $cost( function () use ( $ids, $text, $tag ) {
				foreach ( $ids as $id ) {
					wp_update_post( [ 'ID' => $id, 'post_excerpt' => $text ] );
					wp_set_post_terms( $id, [ $tag ], 'post_tag', true );
				}
			} );
		};
		$hooks = [ [ 'pre_post_update', 'note_row', 1, 1 ], [ 'transition_post_status', 'note_status', 1, 3 ], [ 'add_term_relationship', 'note_term', 10, 3 ] ];
		remove_post_type_support( 'post', 'revisions' );
		foreach ( $hooks as list( $hook, $function, $priority ) ) {
			$this->assertTrue( remove_action( $hook, "IGNY8\\Bridge\\Watching\\$function", $priority ) );
		}
		$bare = $edit( array_slice( $ids, 500 ), 'one' );
		foreach ( $hooks as list( $hook, $function, $priority, $arguments ) ) {
			add_action( $hook, "IGNY8\\Bridge\\Watching\\$function", $priority, $arguments );
		}
		$watched = $edit( array_slice( $ids, 0, 500 ), 'one' );
		$this->assertLessThanOrEqual( 5 * $bare[0] + 50, $watched[0], 'Noting asks the database for nothing.' );
		$end = $cost( function () { Watching\report(); } );
		$this->assertSame( 500, Outbound\backlog()['waiting'] );
		$this->assertLessThan( 80, $end[0], 'A few statements for each hundred posts.' );
		$edit( array_slice( $ids, 0, 50 ), 'two' );
		Watching\report();
		$this->assertSame( 500, Outbound\backlog()['waiting'], 'Joined to what waits.' );
		if ( getenv( 'IGNY8_MEASURE' ) ) {
			fwrite( STDERR, vsprintf( "500 edits: %d queries %.2f s; 100 unwatched: %d queries %.2f s; at the end %d queries %.3f s\n", array_merge( $watched, $bare, $end ) ) );
		}
		add_post_type_support( 'post', 'revisions' );
		$wpdb->query( "DELETE FROM $wpdb->posts WHERE post_title = 'Bulk'" );
	}

	public function test_a_week_without_the_platform(): void {
		global $wpdb;
		$this->sync();
		list( $first, $payload ) = $this->our_post();
		$second = wp_insert_post( [ 'post_title' => 'Second', 'post_status' => 'publish', 'post_content' => 'a' ] );
		$this->told();
		$this->quiet();
		$edits = function ( int $id, string $text, string $tag ) { wp_update_post( [ 'ID' => $id, 'post_content' => $text ] ); wp_set_post_terms( $id, [ $tag ] ); Watching\report(); };
		for ( $i = 0; $i < 40; $i++ ) {
			wp_update_post( [ 'ID' => $i % 2 ? $first : $second, 'post_content' => "Text $i" ] );
			Watching\report();
		}
		wp_set_post_terms( $first, [ 'Tag' . wp_rand() ] );
		$told = $this->told();
		$this->assertSame( [ [ $second, [ 'text' ] ], [ $first, [ 'text', 'terms' ] ] ], array_map( function ( $e ) { return [ $e['post_id'], $e['changed'] ]; }, $told ) );
		$this->assertSame( [ Publishing\revision( $second ), Publishing\revision( $first ) ], array_column( $told, 'revision' ) );

		$updates = [];
		for ( $i = 1; $i <= 10500; $i++ ) {
			$updates[ 700000000 + $i ] = [ 'post_id' => 700000000 + $i, 'operation_id' => '', 'changed' => [ 'text' ], 'revision' => 'r' ];
		}
		$moved = [];
		foreach ( array_chunk( $updates, 1500, true ) as $n => $some ) {
			Outbound\enqueue( 'post.status_changed', [ 'post_id' => $moved[] = 800000000 + $n, 'operation_id' => '', 'previous_status' => 'draft', 'post_status' => 'publish' ] );
			Outbound\enqueue_updates( $some );
		}
		wp_delete_post( $second, true );
		$begin = microtime( true );
		Outbound\drop_excess();
		$this->assertLessThan( 2, microtime( true ) - $begin );
		$this->assertSame( 10000, Outbound\backlog()['waiting'] );
		$told      = $this->told();
		$important = array_values( array_filter( $told, function ( $e ) { return 'post.updated' !== $e['type']; } ) );
		$this->assertSame( array_merge( $moved, [ $second ] ), array_column( $important, 'post_id' ), 'Statuses and deletions, all of them, in order.' );
		$kept = array_column( array_filter( $told, function ( $e ) { return 'post.updated' === $e['type']; } ), 'post_id' );
		$this->assertSame( array_slice( array_keys( $updates ), -count( $kept ) ), array_values( $kept ), 'Of the updates the newest.' );
		$seq = array_column( $told, 'seq' );
		$sorted = $seq;
		sort( $sorted );
		$this->assertSame( $sorted, $seq );
	}

	public function test_what_is_on_its_way_is_not_changed_any_more(): void {
		list( $id ) = $this->our_post();
		$edit = function ( string $text ) use ( $id ) { wp_update_post( [ 'ID' => $id, 'post_content' => $text ] ); return $this->told(); };
		$edit( 'one' );
		$sent = Outbound\take_batch( 100 );
		$this->assertCount( 1, $sent );
		$this->assertCount( 2, $edit( 'two' ), 'Another event follows the one that may have arrived.' );
		$this->assertCount( 2, $edit( 'three' ) );
		$this->assertSame( [ $sent[0]->id ], array_slice( array_column( Outbound\take_batch( 100 ), 'id' ), 0, 1 ) );
		Outbound\put_back();
		$this->assertCount( 2, $told = $edit( 'four' ) );
		$this->assertSame( Publishing\revision( $id ), $told[1]['revision'] );
		foreach ( [ [ 503, 'HTTP 503', true ], [ 401, '', true ], [ 302, '', true ], [ 504, '', false ], [ 502, '', false ], [ 200, '', false ], [ 0, 'cURL error 28: Operation timed out', false ], [ 0, 'cURL error 7: Failed to connect', true ] ] as list( $status, $reason, $untaken ) ) {
			$this->assertSame( $untaken, Outbound\is_surely_untaken( $status, $reason ) );
		}
	}

	public function test_an_autosave_into_a_draft_waits_for_its_writer(): void {
		$code = 'add_action( "init", function () { if ( isset( $_GET["igny8_autosave"] ) ) { define( "DOING_AUTOSAVE", true ); wp_set_current_user( 1 ); wp_update_post( [ "ID" => (int) $_GET["igny8_autosave"], "post_content" => "auto " . wp_rand() ] ); echo "saved"; exit; } }, 99 );';
		list( $id ) = $this->our_post( [ 'status' => 'draft' ] );
		delete_option( Outbound\DUE_OPTION );
		$this->with_mu_plugin( $code, function () use ( $id ) {
			$this->assertStringContainsString( 'saved', wp_remote_retrieve_body( wp_remote_get( home_url( "/?igny8_autosave=$id" ) ) ) );
			$this->assertStringContainsString( 'saved', wp_remote_retrieve_body( wp_remote_get( home_url( "/?igny8_autosave=$id" ) ) ) );
		} );
		for ( $i = 0; $i < 50 && ! Outbound\backlog()['waiting']; $i++ ) {
			usleep( 20000 );
		}
		wp_cache_flush();
		$this->assertSame( 1, Outbound\backlog()['waiting'] );
		$this->assertEqualsWithDelta( time() + 600, (int) get_option( Outbound\DUE_OPTION ), 5 );
	}

	public function test_hostile_titles_and_very_many_terms_stay_small(): void {
		list( $id ) = $this->our_post();
		$tags = array_map( function ( $n ) { return str_repeat( 'ä', 60 ) . " $n"; }, range( 1, 60 ) );
		wp_update_post( [ 'ID' => $id, 'post_title' => str_repeat( "\u{1F4A5}<b>'", 5000 ), 'post_content' => str_repeat( 'x', 5000000 ) ] );
		wp_set_post_tags( $id, $tags );
		$told = $this->told();
		$this->assertSame( [ [ 'text', 'terms' ], 1000, false ], [ $told[0]['changed'], mb_strlen( $told[0]['post_title'] ), isset( $told[0]['metadata'] ) ] );
		wp_delete_post( $id, true );
	}

	public function test_a_visitor_costs_no_query(): void {
		add_option( Outbound\DUE_OPTION, 0, '', true );
		$log  = wp_tempnam( 'queries' );
		$code = 'define( "SAVEQUERIES", true ); add_action( "shutdown", function () { register_shutdown_function( function () { global $wpdb; file_put_contents( ' . var_export( $log, true ) . ', wp_json_encode( array_column( $wpdb->queries, 0 ) ) ); } ); }, 0 );';
		$this->with_mu_plugin( $code, function () use ( $log ) {
			foreach ( [ '/', '/?s=nothing', '/wp-login.php', '/wp-json/wp/v2/posts?per_page=1' ] as $path ) {
				file_put_contents( $log, '' );
				wp_remote_get( home_url( $path ) );
				for ( $i = 0; $i < 100 && ! filesize( $log ); $i++ ) {
					usleep( 20000 );
					clearstatcache();
				}
				$queries = json_decode( file_get_contents( $log ), true );
				$this->assertNotEmpty( $queries );
				$this->assertSame( [], array_values( preg_grep( '/igny8/', $queries ) ), $path );
			}
		} );
		unlink( $log );
	}

	public function test_fields_that_an_seo_plugin_keeps_elsewhere(): void {
		list( $id ) = $this->our_post();
		$code = "require '" . __DIR__ . "/fixtures/aioseo-stand-in.php';" . ' add_action( "init", function () { if ( isset( $_GET["igny8_seo"] ) ) {
			add_action( "save_post", function ( $id ) { if ( "revision" !== get_post_type( $id ) ) { $record = \AIOSEO\Plugin\Common\Models\Post::getPost( $id ); $record->keyphrases = wp_json_encode( [ "focus" => [ "keyphrase" => $_GET["igny8_seo"] ] ] ); $record->save(); } } );
			echo wp_update_post( [ "ID" => (int) $_GET["post"] ] ); exit; } }, 99 );';
		$this->with_mu_plugin( $code, function () use ( $id ) {
			foreach ( [ 'one', 'two', 'two' ] as $n => $phrase ) {
				$this->assertSame( (string) $id, wp_remote_retrieve_body( wp_remote_get( home_url( "/?igny8_seo=$phrase&post=$id" ) ) ) );
				for ( $i = 0; $i < 25 && ! ( $told = $this->told() ); $i++ ) {
					usleep( 20000 );
				}
				$this->assertSame( 2 === $n ? [] : [ [ 'seo' ] ], array_column( $told, 'changed' ) );
				$this->quiet();
			}
		} );
	}
}
