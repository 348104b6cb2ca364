<?php
// phpcs:disable
use IGNY8\Bridge\Media;
use IGNY8\Bridge\Storage;

final class MediaTest extends SiteTestCase {
	public function test_an_image_is_taken_in_once(): void {
		$bytes = $this->image();
		$first = $this->upload( $bytes, [ 'filename' => '../../évil.php', 'alt' => 'Alt "x"', 'caption' => 'Cap', 'source_url' => 'https://img.test/x.png' ] );
		$again = $this->upload( $bytes, [ 'filename' => 'other.png' ] );
		$this->assertSame( [ 201, 200, false, true ], [ $first['status'], $again['status'], $first['body']['replayed'], $again['body']['replayed'] ], $first['raw'] );
		$id = $first['body']['attachment_id'];
		$this->assertSame( [ $id, $first['body']['url'] ], [ $again['body']['attachment_id'], $again['body']['url'] ] );
		$this->assertStringEndsWith( '.png', get_attached_file( $id ) );
		$this->assertSame( $bytes, file_get_contents( get_attached_file( $id ) ) );
		$this->assertSame( [ 'Alt "x"', 'Cap', 'image/png' ], [ get_post_meta( $id, '_wp_attachment_image_alt', true ), get_post( $id )->post_excerpt, get_post_mime_type( $id ) ] );
		$this->assertNotEmpty( wp_get_attachment_metadata( $id )['sizes'] );
		$look = Platform::ask( 'GET', '/media', [ 'sha256' => hash( 'sha256', $bytes ) ] );
		$this->assertSame( [ 200, $id, true ], [ $look['status'], $look['body']['attachment_id'], $look['body']['replayed'] ] );
		$this->assertSame( [ 404, 'unknown_media' ], [ ( $none = Platform::ask( 'GET', '/media', [ 'sha256' => str_repeat( '0', 64 ) ] ) )['status'], $none['code'] ] );
	}

	public function test_six_at_once(): void {
		global $wpdb;
		$bytes   = $this->image();
		$query   = [ 'sha256' => hash( 'sha256', $bytes ), 'filename' => 'x.png' ];
		$handles = [];
		for ( $i = 0; $i < 6; $i++ ) {
			$handles[] = Platform::handle( 'POST', '/media', $query, $bytes, [ 'content-type' => 'image/png' ] + Platform::headers( 'POST', '/igny8/v1/media', $query, $bytes ) );
		}
		$send = new ReflectionMethod( 'Platform', 'send' );
		$send->setAccessible( true );
		$answers = $send->invoke( null, $handles );
		$count   = array_count_values( array_column( $answers, 'status' ) );
		$this->assertSame( [ 1, 6 ], [ $count[201] ?? 0, ( $count[201] ?? 0 ) + ( $count[200] ?? 0 ) ], wp_json_encode( $count ) );
		$this->assertSame( '1', $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->postmeta WHERE meta_key = '_igny8_sha256' AND meta_value = %s", $query['sha256'] ) ) );
	}

	public function test_an_image_that_came_meanwhile_is_nobody_s_to_take_in(): void {
		$bytes = $this->image();
		$this->upload( $bytes );
		$this->assertFalse( Media\claim_image( hash( 'sha256', $bytes ), Storage\new_owner() ) );
		$this->assertSame( 200, $this->upload( $bytes )['status'] );
	}

	public function test_the_first_images_of_a_month_at_once(): void {
		// Every request is at the folder at the same moment, as it never is by chance.
		$code = 'add_filter( "upload_dir", function ( $dir ) {
			$folder = "/first-of-month-" . $_SERVER["HTTP_X_ROUND"] . "/a/b/c/d/e/f";
			usleep( 200000 - (int) ( fmod( microtime( true ), 0.2 ) * 1000000 ) );
			return array_merge( $dir, [ "path" => $dir["basedir"] . $folder, "url" => $dir["baseurl"] . $folder, "subdir" => $folder ] );
		} );';
		$answers = $this->with_mu_plugin( $code, function () {
			$send = new ReflectionMethod( 'Platform', 'send' );
			$send->setAccessible( true );
			$answers = [];
			for ( $round = 0; $round < 5; $round++ ) {
				$handles = [];
				$folder  = bin2hex( random_bytes( 6 ) );
				for ( $i = 0; $i < 3; $i++ ) {
					$bytes     = $this->image();
					$query     = [ 'sha256' => hash( 'sha256', $bytes ), 'filename' => 'x.png' ];
					$handles[] = Platform::handle( 'POST', '/media', $query, $bytes, [ 'x-round' => $folder, 'content-type' => 'image/png' ] + Platform::headers( 'POST', '/igny8/v1/media', $query, $bytes ) );
				}
				$answers = array_merge( $answers, $send->invoke( null, $handles ) );
			}
			return $answers;
		} );
		$this->assertSame( array_fill( 0, 15, 201 ), array_column( $answers, 'status' ), implode( "\n", array_column( $answers, 'raw' ) ) );
	}

	public function servers_in_trouble(): array {
		return [
			'a file where the folder should be' => [ 'add_filter( "upload_dir", function ( $d ) { return [ "path" => ABSPATH . "wp-load.php/x", "subdir" => "/x" ] + $d; } );' ],
			'no folder at all'                  => [ 'add_filter( "upload_dir", function ( $d ) { return [ "error" => "Unable to create directory." ] + $d; } );' ],
			'a database that takes nothing'     => [ 'add_filter( "query", function ( $q ) { return preg_match( "/^INSERT INTO .wp_posts/", $q ) ? "SELECT nothing" : $q; } );' ],
		];
	}

	/** @dataProvider servers_in_trouble */
	public function test_a_server_that_cannot_store_it_may_be_asked_again( string $trouble ): void {
		$bytes  = $this->image();
		$answer = $this->with_mu_plugin( $trouble, function () use ( $bytes ) { return $this->upload( $bytes ); } );
		$this->assertSame( [ 500, 'not_stored' ], [ $answer['status'], $answer['code'] ], $answer['raw'] );
		$this->assertSame( 201, $this->upload( $bytes )['status'] );
	}

	public function test_a_deleted_image_is_taken_in_again(): void {
		$bytes = $this->image();
		$first = $this->upload( $bytes )['body']['attachment_id'];
		wp_delete_attachment( $first, true );
		$this->assertSame( 404, Platform::ask( 'GET', '/media', [ 'sha256' => hash( 'sha256', $bytes ) ] )['status'] );
		$second = $this->upload( $bytes );
		$this->assertSame( 201, $second['status'], $second['raw'] );
		$this->assertNotSame( $first, $second['body']['attachment_id'] );
	}

	public function test_an_image_nobody_lived_to_note(): void {
		global $wpdb;
		$bytes = $this->image();
		$first = $this->upload( $bytes )['body']['attachment_id'];
		$wpdb->update( Storage\table( 'media' ), [ 'attachment_id' => 0, 'lease_until' => 1 ], [ 'sha256' => hash( 'sha256', $bytes ) ] );
		$this->assertSame( $first, $this->upload( $bytes )['body']['attachment_id'] );
	}

	public function test_what_is_refused(): void {
		$refused = [
			[ 415, 'not_an_image', '<?php echo 1;', [] ],
			[ 415, 'not_an_image', '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>', [] ],
			[ 422, 'hash_mismatch', $this->image(), [ 'sha256' => str_repeat( 'a', 64 ) ] ],
			[ 422, 'hash_mismatch', $this->image(), [ 'sha256' => '' ] ],
		];
		foreach ( $refused as list( $status, $code, $bytes, $query ) ) {
			$answer = $this->upload( $bytes, $query );
			$this->assertSame( [ $status, $code ], [ $answer['status'], $answer['code'] ] );
		}
		$bytes  = $this->image();
		$answer = $this->with_mu_plugin( 'add_filter( "upload_size_limit", function () { return 100; } );', function () use ( $bytes ) { return $this->upload( $bytes ); } );
		$this->assertSame( [ 413, 'too_large' ], [ $answer['status'], $answer['code'] ] );
		foreach ( [ 'add_filter( "wp_handle_sideload_prefilter", function ( $f ) { return [ "error" => "Not this one." ] + $f; } );', 'add_filter( "upload_mimes", function ( $m ) { unset( $m["png"] ); return $m; } );' ] as $code ) {
			$answer = $this->with_mu_plugin( $code, function () use ( $bytes ) { return $this->upload( $bytes ); } );
			$this->assertSame( [ 415, 'not_an_image' ], [ $answer['status'], $answer['code'] ], $answer['raw'] );
		}
		$bomb = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR" . pack( 'NN', 50000, 50000 ) . "\x08\x02\0\0\0" . pack( 'N', 0 );
		$this->assertSame( 413, $this->upload( $bomb )['status'] );
	}
}
