<?php
// phpcs:disable
use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Reading;

final class ReadingTest extends SiteTestCase {
	const TYPE = 'register_post_type( "testbook", [ "public" => true, "label" => "Books", "hierarchical" => true, "has_archive" => true ] ); register_taxonomy( "testshelf", "testbook", [ "public" => true, "hierarchical" => true ] );';

	protected function setUp(): void {
		parent::setUp();
		if ( ! post_type_exists( 'testbook' ) ) {
			eval( self::TYPE );
		}
	}

	protected function tearDown(): void {
		global $wpdb;
		$wpdb->query( "DELETE FROM $wpdb->posts WHERE post_type = 'testbook'" );
		delete_option( 'testshelf_children' );
		unregister_taxonomy( 'testshelf' );
		unregister_post_type( 'testbook' );
		wp_cache_flush();
	}

	/** Run something with a type of posts that nobody else uses, in the served site, too. */
	private function with_books( callable $work, string $more = '' ) {
		return $this->with_mu_plugin( 'add_action( "init", function () { ' . self::TYPE . " } );\n$more", $work );
	}

	/** Write books straight into the database. */
	private function books( int $count, array $row = [] ): void {
		global $wpdb;
		foreach ( array_chunk( range( 1, $count ), 500 ) as $some ) {
			$values = [];
			foreach ( $some as $n ) {
				$one      = array_map( function ( $value ) use ( $n ) { return is_callable( $value ) ? $value( $n ) : $value; }, $row ) + [ 'status' => 'publish', 'modified' => '2026-01-01 00:00:00', 'content' => "<p>Book $n</p>" ];
				$values[] = $wpdb->prepare( "(1, '2026-01-01 00:00:00', '2026-01-01 00:00:00', %s, %s, '', %s, '', '', %s, %s, %s, '', 'testbook', '')", $one['content'], "Book $n", $one['status'], "book-$n", $one['modified'], $one['modified'] );
			}
			$wpdb->query( "INSERT INTO $wpdb->posts (post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, to_ping, pinged, post_name, post_modified, post_modified_gmt, post_content_filtered, post_type, guid) VALUES " . implode( ',', $values ) );
		}
		wp_cache_flush();
	}

	private function read_all( array $query, int &$pages = 0 ): array {
		$posts  = [];
		$cursor = '';
		do {
			$answer = Platform::ask( 'GET', '/posts', [ 'post_type' => 'testbook', 'cursor' => $cursor ] + $query );
			$this->assertSame( 200, $answer['status'], $answer['raw'] );
			$posts  = array_merge( $posts, $answer['body']['posts'] );
			$cursor = $answer['body']['cursor'];
			++$pages;
		} while ( $answer['body']['more'] && $pages < 300 );
		return [ $posts, $cursor, $answer['body'] ];
	}

	public function test_every_post_once_page_by_page_by_id(): void {
		$this->with_books( function () {
			$this->books( 250, [ 'status' => function ( $n ) { return [ 'publish', 'draft', 'private', 'future', 'pending', 'trash', 'auto-draft' ][ $n % 7 ]; } ] );
			$pages = 0;
			list( $posts, $cursor, $last ) = $this->read_all( [ 'limit' => '30' ], $pages );
			$ids = array_column( $posts, 'post_id' );
			$sorted = array_unique( $ids );
			sort( $sorted );
			$this->assertSame( $sorted, $ids );
			$this->assertSame( [ 179, 6, 179 ], [ count( $ids ), $pages, $last['total'] ] );
			$this->assertSame( [ 'draft', 'future', 'pending', 'private', 'publish' ], array_values( array_unique( ( function ( $all ) { sort( $all ); return $all; } )( array_column( $posts, 'post_status' ) ) ) ) );
			$again = Platform::ask( 'GET', '/posts', [ 'post_type' => 'testbook', 'cursor' => $cursor ] )['body'];
			$this->assertSame( [ [], $cursor, false ], [ $again['posts'], $again['cursor'], $again['more'] ] );
			$new = wp_insert_post( [ 'post_type' => 'testbook', 'post_title' => 'New', 'post_status' => 'draft' ] );
			$again = Platform::ask( 'GET', '/posts', [ 'post_type' => 'testbook', 'cursor' => $cursor ] )['body'];
			$this->assertSame( [ [ $new ], null ], [ array_column( $again['posts'], 'post_id' ), $again['posts'][0]['date_gmt'] ] );
		} );
	}

	public function test_what_changed_since_with_many_of_one_second(): void {
		$this->with_books( function () {
			$this->books( 70, [ 'modified' => function ( $n ) { return $n <= 50 ? '2026-02-01 00:00:00' : sprintf( '2026-01-01 00:00:%02d', $n - 50 ); } ] );
			$this->books( 1, [ 'modified' => gmdate( 'Y-m-d H:i:s', time() + 3600 ) ] );
			$this->books( 1, [ 'modified' => '0000-00-00 00:00:00' ] );
			list( $posts, $cursor ) = $this->read_all( [ 'order' => 'modified', 'limit' => '9' ] );
			$this->assertSame( [ 71, 71 ], [ count( $posts ), count( array_unique( array_column( $posts, 'post_id' ) ) ) ] );
			$times = array_column( $posts, 'modified_gmt' );
			$this->assertSame( [ '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z', '2026-02-01T00:00:00.000Z' ], [ $times[0], $times[1], $times[70] ] );
			wp_update_post( [ 'ID' => $posts[20]['post_id'], 'post_title' => 'Just now' ] );
			$query = [ 'post_type' => 'testbook', 'order' => 'modified', 'cursor' => $cursor ];
			$this->assertSame( [], Platform::ask( 'GET', '/posts', $query )['body']['posts'], 'The present second is not over.' );
			global $wpdb;
			$wpdb->update( $wpdb->posts, [ 'post_modified_gmt' => gmdate( 'Y-m-d H:i:s', time() - 3 ) ], [ 'ID' => $posts[20]['post_id'] ] );
			$this->assertSame( [ 'Just now' ], array_column( Platform::ask( 'GET', '/posts', $query )['body']['posts'], 'title' ) );
		} );
	}

	public function test_an_import_of_ten_thousand_costs_the_same_for_each_page(): void {
		$count = 'add_action( "rest_api_init", function () { add_filter( "rest_pre_serve_request", function ( $served ) { global $wpdb; header( "X-Queries: " . $wpdb->num_queries ); header( "X-Memory: " . memory_get_peak_usage() ); return $served; } ); } );';
		$this->with_books( function () {
			$this->books( 10000, [ 'content' => function ( $n ) { return str_repeat( "<p>Book $n</p>\n", 200 ); } ] );
			$ids     = [];
			$cursor  = '';
			$queries = [];
			$memory  = [];
			$begin   = microtime( true );
			do {
				$answer    = Platform::ask( 'GET', '/posts', [ 'post_type' => 'testbook', 'cursor' => $cursor, 'limit' => '100' ] );
				$cursor    = $answer['body']['cursor'];
				$ids       = array_merge( $ids, array_column( $answer['body']['posts'], 'post_id' ) );
				preg_match( '/X-Queries: (\d+)/i', $answer['head'], $q );
				preg_match( '/X-Memory: (\d+)/i', $answer['head'], $m );
				$queries[] = (int) $q[1];
				$memory[]  = (int) $m[1];
			} while ( $answer['body']['more'] );
			$this->assertSame( [ 10000, 10000 ], [ count( $ids ), count( array_unique( $ids ) ) ] );
			$this->assertLessThan( 60, max( $queries ) );
			$this->assertLessThan( 5000000, max( $memory ) - min( $memory ) );
			if ( getenv( 'IGNY8_MEASURE' ) ) {
				fwrite( STDERR, sprintf( "%d pages in %.1f s, %d-%d queries, %.1f-%.1f MB\n", count( $queries ), microtime( true ) - $begin, min( $queries ), max( $queries ), min( $memory ) / 1e6, max( $memory ) / 1e6 ) );
			}
		}, $count );
	}

	public function test_long_posts_end_a_page_early(): void {
		$this->with_books( function () {
			$this->books( 4, [ 'content' => function ( $n ) { return str_repeat( 'x', [ 200000, 200000, 200000, 5000000 ][ $n - 1 ] ); } ] );
			$this->books( 6, [ 'content' => str_repeat( 'ä', 50000 ) ] );
			$sizes  = [];
			$cursor = '';
			do {
				$answer  = Platform::ask( 'GET', '/posts', [ 'post_type' => 'testbook', 'cursor' => $cursor ] );
				$cursor  = $answer['body']['cursor'];
				$sizes[] = count( $answer['body']['posts'] );
			} while ( $answer['body']['more'] );
			$this->assertSame( [ 2, 1, 1, 1, 1, 1, 1, 1, 1 ], $sizes, 'Escaped letters count as long as they are.' );
		} );
	}

	public function test_a_post_of_ours_with_all_it_has(): void {
		$bytes   = $this->image();
		$library = $this->upload( $bytes, [ 'alt' => 'An "alt"', 'caption' => 'A caption', 'source_url' => 'https://images.example/a.png' ] )['body'];
		$name    = 'Q&A ' . bin2hex( random_bytes( 4 ) );
		$payload = $this->payload( [ 'title' => 'Hostile </script> "\'& 💥 \\', 'content_html' => '<p>T</p><img src="https://images.example/a.png">', 'excerpt' => 'E', 'slug' => 'slug-' . bin2hex( random_bytes( 4 ) ), 'categories' => [ "$name > Deep > Deeper" ], 'tags' => [ $name ], 'seo_title' => 'S', 'sticky' => true, 'featured_image_url' => 'https://images.example/a.png', 'media' => [ [ 'source_url' => 'https://images.example/a.png', 'attachment_id' => $library['attachment_id'] ] ], 'date_gmt' => '2026-01-02T03:04:05Z' ] );
		$made    = $this->with_mu_plugin( 'define( "WPSEO_VERSION", "22" );', function () use ( $payload ) {
			$made = Platform::publish( $payload )['body'];
			$post = Platform::ask( 'GET', "/posts/{$made['post_id']}" )['body']['post'];
			$this->assertSame( [ 'plugin' => 'yoast', 'title' => 'S', 'description' => '', 'keywords' => [] ], $post['seo'] );
			return $made;
		} );
		$answer = Platform::ask( 'GET', "/posts/{$made['post_id']}" );
		$post   = $answer['body']['post'];
		$image  = [ 'attachment_id' => $library['attachment_id'], 'url' => $library['url'], 'alt' => 'An "alt"', 'caption' => 'A caption' ];
		$this->assertSame( [ $payload['content_id'], $payload['title'], $made['revision'], $payload['slug'], 'publish', '2026-01-02T03:04:05.000Z', true, 'classic', 'E' ], [ $post['content_id'], $post['title'], $post['revision'], $post['slug'], $post['post_status'], $post['date_gmt'], $post['sticky'], $post['format'], $post['excerpt'] ], $answer['raw'] );
		$this->assertSame( [ [ 'Deeper', "$name > Deep > Deeper" ], [ $name ], [ $image ], $image ], [ [ $post['categories'][0]['name'], $post['categories'][0]['path'] ], array_column( $post['tags'], 'name' ), $post['images'], $post['featured_image'] ] );
		$this->assertSame( [ 'id', 'login', 'name' ], array_keys( $post['author'] ) );
		$this->assertSame( [ $post['content_html'], [ $library['url'] => 'https://images.example/a.png' ] ], [ $post['base']['content_html'], $post['image_sources'] ] );

		wp_update_post( [ 'ID' => $made['post_id'], 'post_content' => "<!-- wp:paragraph -->\n<p>mine</p>\n<!-- /wp:paragraph -->" ] );
		wp_trash_post( $made['post_id'] );
		$post = Platform::ask( 'GET', "/posts/{$made['post_id']}" )['body']['post'];
		$this->assertSame( [ 'trash', 'blocks', $payload['slug'], Publishing\revision( $made['post_id'] ) ], [ $post['post_status'], $post['format'], $post['slug'], $post['revision'] ] );
		$this->assertNotSame( $post['content_html'], $post['base']['content_html'] );
	}

	public function test_library_images_are_found_by_id_and_by_file(): void {
		$ids = [];
		for ( $i = 0; $i < 5; $i++ ) {
			$ids[] = $this->upload( $this->image() )['body'];
		}
		$small = preg_replace( '~\.png$~', '-300x225.png', $ids[1]['url'] );
		$html  = "<img class=\"size-full wp-image-{$ids[0]['attachment_id']}\" src=\"/x.png\"><img src=\"$small?x=1\"><img src='https://elsewhere.example/a.png'>[gallery ids=\"{$ids[2]['attachment_id']},999999999\"]<img alt='again' src=\"{$ids[1]['url']}\"><!-- wp:cover {\"url\":\"x\",\"id\":{$ids[3]['attachment_id']}} --><!-- /wp:cover --><!-- wp:media-text {\"mediaId\":{$ids[4]['attachment_id']}} --><!-- /wp:media-text -->";
		$post  = wp_insert_post( [ 'post_title' => 'Images', 'post_status' => 'publish', 'post_content' => $html ] );
		$read  = Platform::ask( 'GET', "/posts/$post" )['body']['post'];
		$this->assertSame( 0, $read['content_id'] );
		$this->assertArrayNotHasKey( 'base', $read );
		$this->assertEqualsCanonicalizing( array_column( $ids, 'url' ), array_column( $read['images'], 'url' ) );
		$this->assertCount( 300, Reading\images_in( implode( '', array_map( function ( $n ) { return "<img class=wp-image-$n>"; }, range( 1, 5000 ) ) ), '//x/uploads' ) );
	}

	public function test_other_taxonomies_and_ancestors(): void {
		$this->with_books( function () {
			$this->books( 60 );
			global $wpdb;
			$ids   = array_map( 'intval', $wpdb->get_col( "SELECT ID FROM $wpdb->posts WHERE post_type = 'testbook' ORDER BY ID" ) );
			$shelf = [ 0 ];
			foreach ( [ 'A & B', 'C', 'D' ] as $name ) {
				$shelf[] = wp_insert_term( $name, 'testshelf', [ 'parent' => end( $shelf ) ] )['term_id'];
			}
			foreach ( $ids as $n => $id ) {
				wp_set_object_terms( $id, [ $shelf[ 1 + $n % 3 ] ], 'testshelf' );
				$wpdb->update( $wpdb->posts, [ 'post_parent' => $n ? $ids[ intdiv( $n, 2 ) ] : 0 ], [ 'ID' => $id ] );
			}
			wp_cache_flush();
			$before = $wpdb->num_queries;
			$page   = Reading\read_page( 'testbook', 'id', [ 'modified' => Reading\BEGINNING, 'id' => 0 ], 100 );
			$this->assertLessThan( 45, $wpdb->num_queries - $before, 'Nothing is asked for post by post.' );
			$this->assertSame( [ 'A & B > C > D', 'C' ], [ ( (array) $page['posts'][2]['terms'] )['testshelf'][0]['path'], ( (array) $page['posts'][1]['terms'] )['testshelf'][0]['name'] ] );
			$this->assertSame( $ids[1], $page['posts'][2]['parent_id'] );
			foreach ( array_slice( $shelf, 1 ) as $term ) {
				wp_delete_term( $term, 'testshelf' );
			}
		} );
	}

	public function test_checksums(): void {
		global $wpdb;
		$this->with_books( function () use ( $wpdb ) {
			$first = 1000 * ( 2 + intdiv( (int) $wpdb->get_var( "SELECT MAX(ID) FROM $wpdb->posts" ), 1000 ) );
			$wpdb->query( "ALTER TABLE $wpdb->posts AUTO_INCREMENT = " . ( $first - 3 ) );
			$this->books( 10, [ 'content' => 'Zoë 💥 and "more"' ] );
			$answer = Platform::ask( 'GET', '/posts/checksums', [ 'post_type' => 'testbook' ] )['body'];
			$range  = intdiv( $first, 1000 );
			$this->assertSame( [ [ $range - 1, 3 ], [ $range, 7 ], $range, false ], [ [ $answer['ranges'][0]['range'], $answer['ranges'][0]['count'] ], [ $answer['ranges'][1]['range'], $answer['ranges'][1]['count'] ], $answer['after'], $answer['more'] ] );
			$lines = '';
			foreach ( $wpdb->get_col( "SELECT ID FROM $wpdb->posts WHERE post_type = 'testbook' AND ID >= $first ORDER BY ID" ) as $id ) {
				$lines .= "$id:publish:" . Publishing\revision( (int) $id ) . "\n";
			}
			$this->assertSame( hash( 'sha256', $lines ), $answer['ranges'][1]['checksum'] );
			$rest = Platform::ask( 'GET', '/posts/checksums', [ 'post_type' => 'testbook', 'after' => (string) ( $range - 1 ) ] )['body'];
			$this->assertSame( [ array_slice( $answer['ranges'], 1 ), $range ], [ $rest['ranges'], $rest['after'] ] );
			$one = Platform::ask( 'GET', '/posts/checksums', [ 'post_type' => 'testbook', 'range' => (string) $range ] )['body']['posts'];
			$this->assertSame( [ 7, 0, Publishing\revision( $one[0]['post_id'] ), 'publish', '2026-01-01T00:00:00.000Z' ], [ count( $one ), $one[0]['content_id'], $one[0]['revision'], $one[0]['post_status'], $one[0]['modified_gmt'] ] );

			$no_sha2 = function ( $sql ) { return str_replace( 'SHA2(', 'NO_SUCH_FUNCTION(', $sql ); };
			add_filter( 'query', $no_sha2 );
			$this->assertSame( $answer['ranges'], Reading\checksums( 'testbook', -1 )['ranges'], 'A database that cannot hash.' );
			remove_filter( 'query', $no_sha2 );
		} );
	}

	public function test_what_is_refused(): void {
		foreach ( [ [ 'order' => 'title' ], [ 'limit' => '0' ], [ 'limit' => '101' ], [ 'limit' => 'x' ], [ 'cursor' => 'nonsense' ], [ 'cursor' => 'i12', 'order' => 'modified' ], [ 'cursor' => 'm20260101000000-1' ] ] as $query ) {
			$answer = Platform::ask( 'GET', '/posts', $query );
			$this->assertSame( [ 422, 'invalid_parameter', array_key_first( $query ) ], [ $answer['status'], $answer['code'], $answer['body']['errors'][0]['field'] ] );
		}
		foreach ( [ 'nothing', 'attachment', 'revision', 'nav_menu_item' ] as $type ) {
			$this->assertSame( [ 404, 'unknown_post_type' ], [ ( $answer = Platform::ask( 'GET', '/posts', [ 'post_type' => $type ] ) )['status'], $answer['code'] ] );
			$this->assertSame( 404, Platform::ask( 'GET', '/posts/checksums', [ 'post_type' => $type ] )['status'] );
		}
		$auto = wp_insert_post( [ 'post_title' => 'x', 'post_status' => 'auto-draft' ] );
		foreach ( [ 0, 999999999, $auto, $this->upload( $this->image() )['body']['attachment_id'] ] as $id ) {
			$this->assertSame( 'unknown_post', Platform::ask( 'GET', "/posts/$id" )['code'] );
		}
	}

	public function test_plain_permalinks(): void {
		global $wp_rewrite;
		$before = get_option( 'permalink_structure' );
		$wp_rewrite->set_permalink_structure( '' );
		try {
			$this->assertSame( 200, Platform::ask( 'GET', '/posts', [ 'limit' => '3', 'order' => 'modified' ] )['status'] );
			$this->assertSame( 200, Platform::ask( 'GET', '/posts/checksums' )['status'] );
		} finally {
			$wp_rewrite->set_permalink_structure( $before );
		}
	}
}
